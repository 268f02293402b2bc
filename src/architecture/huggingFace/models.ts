import { BERT, ROBERTA } from './bert';
import { CLIP, CLIP_TEXT, CLIP_VISION } from './clip';
import { BEIT, DATA2VEC_VISION } from './beit';
import { DINOV2 } from './dinov2';
import { DISTILBERT } from './distilbert';
import { GPT2 } from './gpt2';
import { GPT_NEOX } from './gptNeox';
import { LLAMA, MISTRAL, QWEN2 } from './llama';
import type { ModelFamily } from './model';
import { DEIT, VIT } from './vit';
import { VIT_MAE } from './vitMae';
import { WAV2VEC2 } from './wav2vec2';
import { WHISPER } from './whisper';

const FAMILIES: Readonly<Record<string, ModelFamily>> = {
  beit: BEIT,
  bert: BERT,
  clip: CLIP,
  clip_text_model: CLIP_TEXT,
  clip_vision_model: CLIP_VISION,
  'data2vec-vision': DATA2VEC_VISION,
  deit: DEIT,
  dinov2: DINOV2,
  distilbert: DISTILBERT,
  gpt2: GPT2,
  gpt_neox: GPT_NEOX,
  llama: LLAMA,
  mistral: MISTRAL,
  qwen2: QWEN2,
  roberta: ROBERTA,
  vit: VIT,
  vit_mae: VIT_MAE,
  wav2vec2: WAV2VEC2,
  whisper: WHISPER,
};

/** The classes of a model type, as `config.json` names it; undefined for one that is not known. */
export const modelFamily = (modelType: string): ModelFamily | undefined =>
  Object.hasOwn(FAMILIES, modelType) ? FAMILIES[modelType] : undefined;

/** The model type whose classes include one of the given name. */
export const modelTypeOf = (className: string): string | undefined =>
  Object.keys(FAMILIES).find(type => Object.hasOwn(FAMILIES[type]!.classes, className));

import { BERT, ROBERTA } from './bert';
import { CLIP, CLIP_TEXT, CLIP_VISION } from './clip';
import { GPT2, GPT_NEOX, LLAMA } from './decoders';
import { DISTILBERT } from './distilbert';
import type { ModelFamily } from './model';
import { BEIT, DATA2VEC_VISION, DEIT, VIT, VIT_MAE } from './vision';
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
  distilbert: DISTILBERT,
  gpt2: GPT2,
  gpt_neox: GPT_NEOX,
  llama: LLAMA,
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

import type { Configuration } from './configuration';
import type { Stage } from './flow';
import { startAndEnd } from './heads';
import { initialDeviation, type ModelRule } from './model';
import { linear, model, type Children } from './parts';

/** What a class adds to a decoder: modules, and what they make of its tokens. `prefix` is the decoder's name. */
export interface DecoderHead {
  readonly parts: (configuration: Configuration, width: number, deviation: number) => Children;
  readonly forward: (stage: Stage, tokens: number, configuration: Configuration, prefix: string) => readonly number[];
}

/** Class scores of a sequence, read off its last token. */
export const sequenceLabels = (name: string): DecoderHead => ({
  parts: (configuration, width, deviation) => ({ [name]: linear(width, configuration.labels, deviation, false) }),
  forward: (stage, tokens) => [stage.flow.row(stage.run(name, tokens), 'last token')],
});

/** Class scores of every token. */
export const tokenLabels = (name: string): DecoderHead => ({
  parts: (configuration, width, deviation) => ({ [name]: linear(width, configuration.labels, deviation) }),
  forward: (stage, tokens) => [stage.run(name, tokens)],
});

/** Where an answer starts and ends. */
export const answerSpan: DecoderHead = {
  parts: (_, width, deviation) => ({ qa_outputs: linear(width, 2, deviation) }),
  forward: (stage, tokens) => startAndEnd(stage, stage.run('qa_outputs', tokens)),
};

/** Scores for every word; where their matrix is the table of words, `table`, it counts there. */
export function wordScores(name: string, table: string, vocabulary: number, tied: boolean): DecoderHead {
  const isTied = (configuration: Configuration) => configuration.flag('tie_word_embeddings', tied);
  const count = (configuration: Configuration) => configuration.integer('vocab_size', vocabulary);
  return {
    parts: (configuration, width, deviation) => ({
      [name]: isTied(configuration) ? undefined : linear(width, count(configuration), deviation, false),
    }),
    forward: (stage, tokens, configuration, prefix) => [
      stage.has(name) ? stage.run(name, tokens) : stage.flow.linear(`${prefix}.${table}`, 'weight', tokens, count(configuration)),
    ],
  };
}

/** A class that puts a head on a decoder, which it holds under the name `prefix`. */
export function withHead(
  decoder: ModelRule,
  prefix: string,
  width: (configuration: Configuration) => number,
  { parts, forward }: DecoderHead,
): ModelRule {
  return configuration =>
    model(
      { [prefix]: decoder(configuration), ...parts(configuration, width(configuration), initialDeviation(configuration)) },
      (stage, [words]) => forward(stage, stage.run(prefix, words!), configuration, prefix),
    );
}

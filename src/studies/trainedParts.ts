import type { TrainedPart } from '../definitions/definitionReader';

/** What a study's encoder says of the definition that the study names: nothing where the encoder is a built-in one or another definition. */
export function trainedParts(
  name: string,
  encoder: {
    readonly kind: string;
    readonly definition?: string | undefined;
    readonly method?: string | undefined;
    readonly features?: TrainedPart['outlet'] | undefined;
  },
): Record<string, TrainedPart> {
  if (encoder.kind !== 'definition' || encoder.definition !== undefined) return {};
  const { method, features: outlet } = encoder;
  return { [name]: { ...(method !== undefined && { method }), ...(outlet && { outlet }) } };
}

import type { SumAttrs } from '@tensorflow/tfjs-core';
import type { Rule } from './rewrites';
import { axesOf } from './tfjs';

/** A convolution adds its bias itself; ONNX Runtime can then fuse the activation behind it too. */
const biasedConvolution: Rule = ({ kernel, inputs: [x, bias] }, graph) => {
  const convolution = kernel === 'Add' && x?.producer?.kernel === 'Conv2D' ? x.producer : undefined;
  if (!convolution || bias?.shape.length !== 1 || bias.shape[0] !== x!.shape[3]) return undefined;
  return graph.one('BiasedConv2D', [...convolution.inputs, bias], convolution.attributes);
};

/**
 * Masks the gradient of a max pool over a ReLU before it is spread over the windows instead of after, where there is more of it:
 * it lands only where the pool's input equals its output, so the step of either is the same.
 */
const stepBeforeUnpooling: Rule = ({ kernel, inputs }, graph) => {
  if (kernel !== 'Multiply') return undefined;
  const unpooling = inputs.find(value => value.producer?.kernel === 'MaxPoolGrad')?.producer;
  const step = inputs.find(value => value.producer?.kernel === 'Step')?.producer;
  if (!unpooling || !step) return undefined;
  const [dy, input, output] = unpooling.inputs;
  if (step.inputs[0] !== input) return undefined;
  const masked = graph.one('Multiply', [dy!, graph.one('Step', [output!], step.attributes)]);
  return graph.one('MaxPoolGrad', [masked, input!, output!], unpooling.attributes);
};

/** Sums the gradient of a max pool before it is spread over the windows, where there is less of it: all of it lands somewhere in its image. */
const sumBeforeUnpooling: Rule = ({ kernel, inputs: [x], attributes }, graph) => {
  const unpooling = kernel === 'Sum' && x?.producer?.kernel === 'MaxPoolGrad' ? x.producer : undefined;
  if (!unpooling) return undefined;
  const axes = axesOf((attributes as SumAttrs).axis, x!.shape);
  return axes.includes(1) && axes.includes(2) ? graph.one('Sum', [unpooling.inputs[0]!], attributes) : undefined;
};

/** Rules for convolutional models. */
export const IMAGE_RULES: readonly Rule[] = [biasedConvolution, stepBeforeUnpooling, sumBeforeUnpooling];

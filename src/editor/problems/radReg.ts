import { featureMethod } from '../studyDrafts';
import { insertion, type TextChange } from './textChange';

/** Weight of the term; what docs/studies.md calls sensible. */
const LAMBDA = '0.003';

const PYTORCH = `def radreg(features, draws=16):
    """Rademacher complexity of linear heads on these features, over random signs: RadReg (Deng et al. 2024)."""
    features = features.flatten(1)
    signs = torch.randint(0, 2, (draws, len(features)), device=features.device).to(features.dtype) * 2 - 1
    return (signs @ features).norm(dim=1).mean() / len(features)
`;

const TENSORFLOW = `def radreg(features, draws=16):
    """Rademacher complexity of linear heads on these features, over random signs: RadReg (Deng et al. 2024)."""
    count = tf.shape(features)[0]
    features = tf.reshape(features, (count, -1))
    signs = 2 * tf.random.uniform((draws, count), 0, 2, dtype=tf.int32) - 1
    sums = tf.cast(signs, features.dtype) @ features
    return tf.reduce_mean(tf.norm(sums, axis=1)) / tf.cast(count, features.dtype)
`;

const SCRIPT = `/** Rademacher complexity of linear heads on these features, over random signs: RadReg (Deng et al. 2024). */
function radReg(features, draws = 16) {
  const count = features.shape[0];
  const rows = tf.reshape(features, [count, -1]);
  const signs = tf.sub(tf.mul(tf.cast(tf.randomUniform([draws, count], 0, 2, 'int32'), 'float32'), 2), 1);
  return tf.div(tf.mean(tf.norm(tf.matMul(signs, rows), 'euclidean', 1)), count);
}
`;

/**
 * Adds a RadReg term to the training loop around a line: the function over its first use, and the term where the loss is about to be differentiated.
 * PyTorch (`loss.backward()`), TensorFlow with a gradient tape, TensorFlow.js (`optimizer.minimize(() => …)`). Undefined where there is no such loop,
 * what it trains cannot be told, or the term is there already.
 */
export function radRegFix(text: string, language: string, line: number): readonly TextChange[] | undefined {
  const lines = text.split(/\r?\n/);
  if (/\brad_?reg\(/i.test(text)) return undefined;
  if (language === 'python') return pytorchFix(lines, line) ?? tensorflowFix(lines, line);
  return scriptFix(lines, line);
}

/** Lines from a line to its `loss.backward()`: at most this many. */
const REACH = 25;

function pytorchFix(lines: readonly string[], line: number): readonly TextChange[] | undefined {
  const from = Math.max(0, line - REACH);
  const found = lines.findIndex((text, index) => index >= line && index <= line + REACH && /^\s+\w+\.backward\(\)/.test(text));
  const backward =
    found >= 0 ? found : lines.findLastIndex((text, index) => index >= from && index <= line && /^\s+\w+\.backward\(\)/.test(text));
  if (backward < 0) return undefined;
  const [, indent = '', loss = ''] = /^(\s+)(\w+)\.backward/.exec(lines[backward]!)!;
  const before = lines.slice(Math.max(0, backward - REACH), backward);
  const model = trained(lines);
  const call = model && lastCall(before, model);
  if (!model || call === undefined || !/^import torch\b/m.test(lines.join('\n'))) return undefined;
  const method = featureMethod(lines.join('\n'));
  const features = `${model}${method === undefined ? '' : `.${method}`}(${call})`;
  return [
    functionAbove(lines, backward, PYTORCH),
    insertion(backward, 0, `${indent}${loss} = ${loss} + ${LAMBDA} * radreg(${features})\n`),
  ];
}

/** The variable whose parameters an optimiser is given. */
const trained = (lines: readonly string[]): string | undefined => /\b(\w+)\.parameters\(\)/.exec(lines.join('\n'))?.[1];

/** The argument of the last call of a variable: `model(images)` → `images`. */
function lastCall(lines: readonly string[], name: string): string | undefined {
  const calls = [...lines.join('\n').matchAll(new RegExp(`(?<![\\w.])${name}\\((\\w+)`, 'g'))];
  return calls.at(-1)?.[1];
}

function tensorflowFix(lines: readonly string[], line: number): readonly TextChange[] | undefined {
  const gradient = lines.findIndex((text, index) => index >= line - REACH && index <= line + REACH && /\btape\.gradient\(/.test(text));
  const tape = lines.findLastIndex((text, index) => index < gradient && /^\s*with tf\.GradientTape\(.*\) as tape:/.test(text));
  if (gradient < 0 || tape < 0) return undefined;
  const [, loss] = /\btape\.gradient\(\s*(\w+)/.exec(lines[gradient]!)!;
  const body = lines.slice(tape + 1, gradient);
  const assigned = body.findLastIndex(text => new RegExp(`^\\s+${loss}\\s*\\+?=`).test(text));
  const [, model, input] = /(?<![\w.])((?:self\.)?\w+|self)\((\w+), *training=True/.exec(body.join('\n')) ?? [];
  if (assigned < 0 || model === undefined || endsOpen(body[assigned]!)) return undefined;
  const indent = /^\s*/.exec(body[assigned]!)![0];
  const term = `${indent}${loss} += ${LAMBDA} * radreg(${model}(${input}, training=True))\n`;
  return [functionAbove(lines, tape, TENSORFLOW), insertion(tape + 2 + assigned, 0, term)];
}

/** Whether a line ends inside a bracket, so that the statement goes on. */
const endsOpen = (line: string): boolean => (line.match(/[([{]/g)?.length ?? 0) > (line.match(/[)\]}]/g)?.length ?? 0);

function scriptFix(lines: readonly string[], line: number): readonly TextChange[] | undefined {
  const start = lines.findLastIndex(
    (text, index) => index <= line && index >= line - REACH && /\.minimize\(\s*(async )?\(\) *=> *\{/.test(text),
  );
  const begin =
    start >= 0
      ? start
      : lines.findIndex((text, index) => index > line && index <= line + REACH && /\.minimize\(\s*\(\) *=> *\{/.test(text));
  if (begin < 0) return undefined;
  const back = lines.findIndex((text, index) => index > begin && /^\s*return /.test(text));
  const [, indent = '', loss] = /^(\s*)return (.+?);?\s*$/.exec(lines[back] ?? '') ?? [];
  const [, model, input] = /(?<![\w.])(\w+)\.(?:apply|predict)\((\w+)/.exec(lines.slice(begin, back + 1).join('\n')) ?? [];
  if (loss === undefined || model === undefined) return undefined;
  const term = `${indent}return tf.add(${loss}, tf.mul(${LAMBDA}, radReg(${model}.apply(${input}))));`;
  return [
    functionAbove(lines, begin, SCRIPT),
    { start: { line: back, column: 0 }, end: { line: back, column: lines[back]!.length }, text: term },
  ];
}

/** A function before the outermost statement that a line is part of, decorators and comments over it included. */
function functionAbove(lines: readonly string[], line: number, text: string): TextChange {
  let top = line;
  while (top > 0 && !/^[A-Za-z@]/.test(lines[top]!)) top--;
  while (top > 0 && /^(@|#|\/\/|\/\*\*| \*)/.test(lines[top - 1]!)) top--;
  const gap = text.startsWith('def') ? '\n\n' : '\n';
  return insertion(top, 0, `${text}${gap}`);
}

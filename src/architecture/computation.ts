import type { Shape } from './composition';

/** Windows that slide over the last axes of a tensor [batch, channels, …]; one number an axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros before and behind each axis. */
  readonly padding: readonly (readonly [before: number, after: number])[];
}

/** One side of a slice: whole numbers within the tensor, `stop` behind the last entry. */
export interface Slice {
  readonly axis: number;
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** A function of every entry: its name and its own arguments. */
export interface Entrywise {
  readonly name: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/**
 * A recurrent layer in one direction over [batch, times, inputs], from the states that it is given behind them, hidden first, or from zeros.
 * Gates are stacked as PyTorch stacks them: input, forget, cell, output of an LSTM; reset, update, new of a GRU, where the update does not come first.
 * Biases that are the same tensor are its rows: of the inputs, of the hidden state.
 */
export interface Recurrence {
  readonly cell: 'lstm' | 'gru' | 'tanh' | 'relu';
  /** From the last time to the first. */
  readonly reverse: boolean;
  /** Hidden states at all times [batch, times, width], the last one met [batch, width], or the last state of an LSTM's cell. */
  readonly makes: 'states' | 'last' | 'last cell';
  readonly weight: string;
  readonly bias: string | null;
  readonly hiddenWeight: string;
  readonly hiddenBias: string | null;
  /** What makes the hidden state of an LSTM narrower than its cell, where something does. */
  readonly projection: string | null;
  /** What stands in place of the hyperbolic tangent, and of the gates' sigmoid; null for the identity. */
  readonly content?: Entrywise | null;
  readonly gate?: Entrywise | null;
  /** Of a GRU: its gates are update, reset, new. */
  readonly updateFirst?: boolean;
  /** Of a GRU: the reset gate acts on the hidden state before its map, which has no bias then (Cho et al. 2014). */
  readonly resetBefore?: boolean;
}

/**
 * How one step of a forward pass computes its tensor from the ones it takes, in the conventions of PyTorch: channels before positions,
 * weights as [outputs, inputs, …]. Learnable tensors and buffers are named as in a state dict. Axes count from 0.
 */
export type Computation =
  | { readonly op: 'input'; readonly name: string }
  | { readonly op: 'parameter'; readonly name: string }
  /** One number everywhere. */
  | { readonly op: 'fill'; readonly number: number }
  /** These numbers, row by row. */
  | { readonly op: 'numbers'; readonly values: readonly number[] }
  | { readonly op: 'same' }
  | { readonly op: 'reshape' }
  | { readonly op: 'expand' }
  | { readonly op: 'permute'; readonly order: readonly number[] }
  /** Slices along some axes; the axes in `dropped` have one entry left and go. */
  | { readonly op: 'slice'; readonly slices: readonly Slice[]; readonly dropped: readonly number[] }
  /** 1 where a comparison of two tensors holds, else 0. */
  | { readonly op: 'compare'; readonly relation: string }
  /** A number where the second tensor is 1, the first one's entries where it is 0. */
  | { readonly op: 'mask'; readonly value: number }
  /** The second tensor's entries where the first one is 1, the third one's where it is 0. */
  | { readonly op: 'choose' }
  /** Entries moved on along one axis, those that leave it put in at its other end. */
  | { readonly op: 'roll'; readonly axis: number; readonly by: number }
  /** Sums of all entries up to each along one axis. */
  | { readonly op: 'cumulate'; readonly axis: number }
  /** Vectors along one axis divided by their Euclidean length, by ε where it is less. */
  | { readonly op: 'unit'; readonly axis: number; readonly epsilon: number }
  /** Entries at these places along one axis. */
  | { readonly op: 'pick'; readonly axis: number; readonly places: readonly number[] }
  | { readonly op: 'concatenate'; readonly axis: number }
  | { readonly op: 'repeat'; readonly times: readonly (number | string)[] }
  | { readonly op: 'pad'; readonly padding: readonly (readonly [before: number, after: number])[]; readonly value: number }
  /** x · Wᵀ + b over the last axis, of the rows of `weight` and `bias` from `rows[0]` to `rows[1]` where they are given. */
  | {
      readonly op: 'linear';
      readonly weight: string;
      readonly bias: string | null;
      readonly rows?: readonly [from: number, to: number];
    }
  /** The kernel is a second tensor where `weight` is null. */
  | ({ readonly op: 'convolution'; readonly weight: string | null; readonly bias: string | null; readonly groups: number } & Windows)
  /** The adjoint of that, weight [inputs, outputs/groups, …kernel]; its padding is what goes at each end, rows of the bias alone where it is negative. */
  | ({ readonly op: 'transposed convolution'; readonly weight: string; readonly bias: string | null; readonly groups: number } & Windows)
  | ({ readonly op: 'recurrence' } & Recurrence)
  | { readonly op: 'lookup'; readonly table: string }
  | ({ readonly op: 'activation' } & Entrywise)
  /** max(x, 0) + a · min(x, 0), one a for each channel or for all. */
  | { readonly op: 'leaky'; readonly weight: string }
  | { readonly op: 'softmax'; readonly axis: number; readonly logarithm: boolean }
  /** (x − mean)/√(variance + ε) over the last `axes` axes, root mean square only where not `centred`. */
  | {
      readonly op: 'layer normalisation';
      readonly axes: number;
      readonly centred: boolean;
      readonly epsilon: number;
      readonly weight: string | null;
      readonly bias: string | null;
    }
  | {
      readonly op: 'batch normalisation';
      readonly mean: string;
      readonly variance: string;
      readonly momentum: number;
      readonly epsilon: number;
      /** Whether running variances follow the mean square over a batch, not its unbiased estimate. */
      readonly biased?: true;
      readonly weight: string | null;
      readonly bias: string | null;
    }
  | {
      readonly op: 'group normalisation';
      readonly groups: number;
      readonly epsilon: number;
      readonly weight: string | null;
      readonly bias: string | null;
    }
  /** `beyond` is how far windows hang over the padding behind each axis, where they do: means never count that. */
  | ({ readonly op: 'pool'; readonly of: 'max' | 'avg'; readonly countPadding: boolean; readonly beyond?: readonly number[] } & Windows)
  /** Windows that cover each of the last axes evenly, of the size that the step's shape says. */
  | { readonly op: 'adaptive pool'; readonly of: 'max' | 'avg'; readonly axes: number }
  /** `correction` is what variances subtract from the number of entries. */
  | { readonly op: 'reduce'; readonly name: string; readonly axes: readonly number[]; readonly correction?: number }
  | { readonly op: 'add' | 'subtract' | 'multiply' | 'divide' | 'matrix product' }
  | { readonly op: 'times'; readonly number: number }
  | { readonly op: 'plus'; readonly number: number }
  /** softmax(scale · q · kᵀ + mask) · v over the last two axes; the mask is a fourth tensor, where there is one. Later keys are hidden where `causal`. */
  | { readonly op: 'attention'; readonly scale: number; readonly causal?: boolean }
  /** Columns of windows, as `nn.Unfold` makes them: [batch, channels · positions of a window, windows]. */
  | ({ readonly op: 'unfold' } & Windows)
  | { readonly op: 'upsample'; readonly factors: readonly number[] }
  /** Means of neighbours along the axes behind the channels; `scales` is output over input where it is given apart from the sides. */
  | {
      readonly op: 'resample';
      readonly mode: 'nearest' | 'linear' | 'cubic';
      readonly corners: boolean;
      readonly scales: readonly (number | null)[];
    };

/** One step of a program: how its tensor is computed and from which earlier steps, or why that is not known. */
export type Step = (Computation | { readonly op: 'unsupported'; readonly name: string; readonly why: string }) & {
  readonly inputs: readonly number[];
  readonly shape: Shape;
  /** Zero-based line that causes it. */
  readonly line: number;
};

/** How a tensor starts: a law that every entry is drawn from by itself, a law of the whole, or numbers. */
export type StartLaw =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  /** Drawn anew until it lies `within` two numbers, where they are given. */
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number; readonly within?: readonly [low: number, high: number] }
  /** Ones where all sides' places agree, else zeros. */
  | { readonly kind: 'identity' }
  /** A matrix W of that many `rows` over the rest, uniform among those with WᵀW = gain² I, or WWᵀ = gain² I where it is wide. */
  | { readonly kind: 'orthogonal'; readonly gain: number; readonly rows: number }
  | { readonly kind: 'numbers'; readonly values: readonly number[] };

/** A start that the reader cannot tell, with the reason as one clause. */
export interface UnknownStart {
  readonly kind: 'not known';
  readonly why: string;
}

/** How steps see a tensor: its axes in this order, then as this shape, all but the first two axes backwards where it is turned. */
export interface View {
  readonly order: readonly number[];
  readonly shape: readonly number[];
  readonly isTurned?: true;
}

/** One place along an axis of a tensor that modules which are repeated have together, and how steps see it where that is otherwise. */
export interface Part {
  readonly of: string;
  readonly axis: number;
  readonly at: number;
  readonly seen?: View;
}

/** A tensor of a model's state: what is trained, what is frozen, and buffers. */
export interface StateTensor {
  /** As in a state dict, or the path of a variable. */
  readonly name: string;
  readonly shape: readonly number[];
  /** How steps see it, where that is not how it is saved. */
  readonly seen?: View;
  /** What an architecture calls it, path and name joined by dots, where that is not its name. */
  readonly key?: string;
  readonly start: StartLaw | UnknownStart;
  readonly role: 'trained' | 'frozen' | 'buffer';
  /** A state dict leaves it out: a buffer that every construction makes anew. */
  readonly isTransient?: true;
  /** Zero-based line on which it is constructed. */
  readonly line: number;
}

/** What a definition computes in evaluation mode, step by step, and the state that it computes with. */
export interface Program {
  readonly steps: readonly Step[];
  /** The place of the step that makes the features. */
  readonly output: number;
  /** Sides of one input without its batch. */
  readonly input: readonly number[];
  /** Where images have their channels: before rows and columns when absent. */
  readonly channels?: 'last';
  /** The framework that also takes its weights in files of its own, where there is one. */
  readonly weightsFor?: 'tensorflow.js';
  readonly state: readonly StateTensor[];
  /** Names under which steps see several tensors joined along their first axis, as they see each; zeros where there are so many of them. */
  readonly stacks?: Readonly<Record<string, readonly (string | number)[]>>;
  /** Names under which steps see parts of tensors. */
  readonly parts?: Readonly<Record<string, Part>>;
  /** Further names of tensors that layers share, with the name under which they stand in `state`. */
  readonly aliases: Readonly<Record<string, string>>;
}

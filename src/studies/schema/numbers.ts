import { z } from 'zod';

/** Counts: images, steps, widths. */
export const positiveInteger = z.int().positive();

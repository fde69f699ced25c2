/** The shape of a catalogue: every sentence of the English one, with the same holes. */
import type { english } from "./english.ts"

type Widened<T> = T extends string
  ? string
  : T extends (...holes: infer Holes) => string
    ? (...holes: Holes) => string
    : { readonly [Key in keyof T]: Widened<T[Key]> }

export type Texts = { readonly [Key in keyof typeof english]: Widened<(typeof english)[Key]> }

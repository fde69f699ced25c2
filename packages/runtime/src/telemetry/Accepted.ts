/** When and how a request came in: what is measured from there travels with it, and is never stored. */
import * as Schema from "effect/Schema"

/** `at`: milliseconds since 1970, finer than one. */
export const Accepted = Schema.Struct({ at: Schema.Number, by: Schema.Literals(["stream", "http"]) })
export type Accepted = typeof Accepted.Type

/**
 * Decoding what came from outside, by schema, into fresh objects.
 *
 * Always true: strict about types (no number is read from a string), unknown fields are ignored, and an error names the place and
 * what was expected there, never the value. `__proto__` and `constructor` are data like any other key.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { FieldError } from "./problem.ts"

export type Decoded<A> =
  | { readonly _tag: "Decoded"; readonly value: A }
  | { readonly _tag: "Invalid"; readonly errors: ReadonlyArray<FieldError> }

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Only the first error is reported: a body of a megabyte can hold a hundred thousand. */
export const decoder = <A>(schema: Schema.Codec<A, unknown>): ((value: unknown) => Decoded<A>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (value) => {
    const result = decode(value)
    return Result.isSuccess(result)
      ? { _tag: "Decoded", value: result.success }
      : { _tag: "Invalid", errors: fieldErrors(result.failure.issue) }
  }
}

const fieldErrors = (issue: SchemaIssue.Issue): ReadonlyArray<FieldError> =>
  format(issue)
    .issues.slice(0, 1)
    .map(({ message, path }) => ({ path: (path ?? []).map(segment).join("."), message }))

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === "object" ? part.key : part)

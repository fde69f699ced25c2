/**
 * A document that forgives nothing: every object that names its fields has those and no others. Clients must not read it so (answers
 * may get more fields); a test must, or nobody notices a field that no document names.
 */
import type { Json } from "../jsonSchemas.ts"

export const closed = (document: Json): Json => close(document) as Json

const close = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(close)
  if (typeof value !== "object" || value === null) return value
  const object = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "example" || key === "examples" ? inner : close(inner),
    ]),
  )
  const namesFields = object["type"] === "object" && "properties" in object
  return namesFields && !("additionalProperties" in object)
    ? { ...object, additionalProperties: false }
    : object
}

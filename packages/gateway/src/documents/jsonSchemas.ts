/**
 * The schemas of the wire as JSON Schema 2020-12, in the dialect of OpenAPI 3.1, which AsyncAPI shares: one pool of components and
 * references into it.
 *
 * Always true: it is made from the very schemas that decode and encode. What JSON Schema cannot say (bytes of UTF-8, "at least one of")
 * it leaves open: it never refuses what the server takes or sends.
 */
import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { componentNames } from "./componentNames.ts"
import { envelopeMeanings, fieldMeanings } from "./fieldMeanings.ts"

export type Json = Readonly<Record<string, unknown>>

export interface JsonSchemas {
  /** A reference, or the schema itself when it has no name. Only for schemas that were collected. */
  readonly of: (schema: Schema.Constraint) => Json
  readonly components: Readonly<Record<string, Json>>
}

export const jsonSchemas = (collected: Iterable<Schema.Constraint>): JsonSchemas => {
  const roots = [...new Set(collected)]
  const [first, ...rest] = roots.map((schema) => Schema.toCodecJson(schema).ast)
  if (first === undefined) return { of: missing, components: {} }
  const represented = SchemaRepresentation.toRepresentations([first, ...rest], {
    referencePolicy: ({ ast, identifier }) => componentNames.get(ast) ?? identifier,
  })
  const { definitions, schemas } = JsonSchema.toMultiDocumentOpenApi3_1(
    SchemaRepresentation.toJsonSchemaMultiDocument(represented),
  )
  const made = new Map(roots.map((schema, index) => [schema, tidy(schemas[index]!) as Json]))
  return {
    of: (schema) => made.get(schema) ?? missing(),
    components: Object.fromEntries(
      Object.entries(definitions).map(([name, schema]) => [name, tidy(schema) as Json]),
    ),
  }
}

const missing = (): never => {
  throw new Error("this schema was not collected for the document")
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * As a person would have written it: without the bounds of JavaScript's integers, without `allOf` around a single keyword, and with what
 * the protocol says of each field.
 */
const tidy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(tidy)
  if (!isObject(value)) return value
  const { allOf, ...rest } = value
  const alone = Array.isArray(allOf) && allOf.length === 1 && isObject(allOf[0]) ? allOf[0] : undefined
  const merged = alone === undefined ? value : { ...alone, ...rest }
  // How a struct without fields comes out.
  if (isObject(merged["not"]) && merged["not"]["type"] === "null") return { type: "object", properties: {} }
  return Object.fromEntries(
    Object.entries(merged).flatMap(([key, inner]): Array<[string, unknown]> => {
      if ((key === "minimum" || key === "maximum") && Math.abs(Number(inner)) === Number.MAX_SAFE_INTEGER)
        return []
      if (key === "additionalProperties" && inner === true) return []
      if (key === "enum" && Array.isArray(inner) && inner.length === 1) return [["const", inner[0]]]
      return [[key, key === "properties" ? explained(inner as Json) : tidy(inner)]]
    }),
  )
}

const explained = (properties: Json): Json => {
  const meanings = "payload" in properties ? { ...fieldMeanings, ...envelopeMeanings } : fieldMeanings
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const meaning = meanings[name]
      return [name, { ...(tidy(schema) as Json), ...(meaning === undefined ? {} : { description: meaning }) }]
    }),
  )
}

/**
 * A schema as a list of fields: name, type, whether it must be there, what it means. Named schemas open in place.
 *
 * Always true: a schema is rendered when it is opened, so that one that contains itself ends.
 */
import { element } from "./element.ts"
import { schemaAddress } from "./address.ts"
import type { Catalogue } from "./Catalogue.ts"
import { type JsonSchema, nameOf } from "./JsonSchema.ts"
import { inline } from "./prose.ts"

type Schemas = Catalogue["schemas"]

export const schemaView = (schema: JsonSchema, schemas: Schemas): HTMLElement => {
  const resolved = schema.$ref === undefined ? schema : (schemas[nameOf(schema.$ref)] ?? schema)
  return inside(resolved, schemas) ?? element("p", { class: "field" }, ...typeOf(schema), ...bounds(resolved))
}

/** What a schema is made of, when it is made of something. */
const inside = (schema: JsonSchema, schemas: Schemas): HTMLElement | undefined => {
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties)
    if (fields.length === 0) return element("p", { class: "muted" }, "An empty object.")
    const required = new Set(schema.required)
    return element(
      "ul",
      { class: "fields" },
      ...fields.map(([name, field]) => fieldView(name, field, required.has(name), schemas)),
    )
  }
  if (schema.items !== undefined) return inside(followed(schema.items, schemas), schemas)
  const alternatives = schema.anyOf?.filter(({ type }) => type !== "null") ?? []
  if (alternatives.length === 1) return inside(followed(alternatives[0]!, schemas), schemas)
  const made = alternatives.map((one) => inside(followed(one, schemas), schemas))
  if (made.length === 0 || made.some((one) => one === undefined)) return undefined
  return element(
    "div",
    { class: "alternatives" },
    ...made.flatMap((one, index) => [
      element("p", { class: "muted" }, index === 0 ? "One of:" : "or:"),
      one!,
    ]),
  )
}

const followed = (schema: JsonSchema, schemas: Schemas): JsonSchema =>
  schema.$ref === undefined ? schema : (schemas[nameOf(schema.$ref)] ?? schema)

const fieldView = (name: string, field: JsonSchema, required: boolean, schemas: Schemas): HTMLElement => {
  const resolved = followed(field, schemas)
  const line = element(
    "div",
    { class: "field" },
    element("code", { class: "field-name" }, name),
    element("span", { class: "field-type" }, ...typeOf(field)),
    ...(required ? [] : [element("span", { class: "optional" }, "optional")]),
    // A named schema says the rest where it stands.
    ...(field.$ref === undefined ? bounds(field) : []),
  )
  const meaning = field.description ?? resolved.description
  const about = meaning === undefined ? [] : [element("p", { class: "field-meaning" }, ...inline(meaning))]
  return element("li", {}, line, ...about, ...nested(name, resolved, schemas))
}

/** Opened when somebody wants to know. */
const nested = (name: string, schema: JsonSchema, schemas: Schemas): ReadonlyArray<HTMLElement> => {
  const container = schema.properties ?? schema.items ?? schema.anyOf
  if (container === undefined || (schema.properties === undefined && inside(schema, schemas) === undefined))
    return []
  // What a frame says is in its payload: nobody should have to ask for it.
  if (name === "payload") return [inside(schema, schemas)!]
  const details = element("details", {}, element("summary", {}, `Fields of ${name}`))
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(inside(schema, schemas) ?? "")
  })
  return [details]
}

const typeOf = (schema: JsonSchema): ReadonlyArray<Node | string> => {
  const { $ref } = schema
  if ($ref !== undefined) return [element("a", { href: schemaAddress(nameOf($ref)) }, nameOf($ref))]
  if ("const" in schema) return [element("code", {}, JSON.stringify(schema.const))]
  if (schema.enum !== undefined)
    return schema.enum.flatMap((one, index) => [
      ...(index === 0 ? [] : [" | "]),
      element("code", {}, JSON.stringify(one)),
    ])
  if (schema.items !== undefined) return ["array of ", ...typeOf(schema.items)]
  if (schema.anyOf !== undefined)
    return schema.anyOf.flatMap((one, index) => [...(index === 0 ? [] : [" | "]), ...typeOf(one)])
  return [schema.type ?? "any"]
}

const bounds = (schema: JsonSchema): ReadonlyArray<HTMLElement> => {
  const { format, maxItems, maxLength, maximum, minLength, minimum, pattern } = schema
  const texts = [
    ...(minLength === undefined ? [] : [`≥ ${minLength} characters`]),
    ...(maxLength === undefined ? [] : [`≤ ${maxLength} characters`]),
    ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
    ...(maximum === undefined ? [] : [`≤ ${maximum}`]),
    ...(maxItems === undefined ? [] : [`≤ ${maxItems} items`]),
    ...(format === undefined ? [] : [format]),
  ]
  return [
    ...texts.map((text) => element("span", { class: "bound" }, text)),
    ...(pattern === undefined || format !== undefined ? [] : [element("code", { class: "bound" }, pattern)]),
  ]
}

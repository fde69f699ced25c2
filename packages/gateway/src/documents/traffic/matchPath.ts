/** Finds the path of the document that a request's target belongs to. Names stand before parameters: `/users/me` is not `/users/{id}`. */
import type { Json } from "../jsonSchemas.ts"

export interface PathMatch {
  readonly template: string
  /** Methods in lower case, as the document writes them. */
  readonly operations: ReadonlyArray<string>
}

export const matchPath = (paths: Readonly<Record<string, Json>>, target: string): PathMatch | undefined => {
  const segments = target.replace(/[?#].*$/, "").split("/")
  const fits = (template: string): boolean => {
    const parts = template.split("/")
    return (
      parts.length === segments.length &&
      parts.every((part, index) => (part.startsWith("{") ? segments[index] !== "" : part === segments[index]))
    )
  }
  const [template] = Object.keys(paths)
    .filter(fits)
    .sort((one, other) => one.split("{").length - other.split("{").length)
  return template === undefined ? undefined : { template, operations: Object.keys(paths[template]!) }
}

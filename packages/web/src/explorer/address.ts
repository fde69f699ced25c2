/** What is shown, as the part of the address after `#`, so that every route, frame and schema can be linked to. */
export type Place =
  | { readonly _tag: "Overview" }
  | { readonly _tag: "Route"; readonly route: string }
  | { readonly _tag: "Frame"; readonly from: string; readonly type: string }
  | { readonly _tag: "Schema"; readonly name: string }

export const routeAddress = (method: string, path: string): string =>
  `#/routes/${encodeURIComponent(`${method} ${path}`)}`

export const frameAddress = (from: string, type: string): string =>
  `#/frames/${from}/${encodeURIComponent(type)}`

export const schemaAddress = (name: string): string => `#/schemas/${encodeURIComponent(name)}`

export const readAddress = (hash: string): Place => {
  const [, kind, first = "", second = ""] = hash.split("/").map(decoded)
  if (kind === "routes") return { _tag: "Route", route: first }
  if (kind === "frames") return { _tag: "Frame", from: first, type: second }
  if (kind === "schemas") return { _tag: "Schema", name: first }
  return { _tag: "Overview" }
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** One frame of the stream: its envelope and payload, an example, and what answers it. */
import { element } from "./element.ts"
import type { Catalogue, FrameEntry } from "./Catalogue.ts"
import { jsonBlock } from "./jsonText.ts"
import { directionBadge } from "./methodBadge.ts"
import { prose } from "./prose.ts"
import { schemaView } from "./schemaView.ts"

export const frameView = (frame: FrameEntry, { schemas }: Catalogue): HTMLElement =>
  element(
    "article",
    { class: "view two-columns" },
    element(
      "div",
      {},
      element("p", { class: "kicker" }, frame.from === "client" ? "Client to server" : "Server to client"),
      element("h1", {}, frame.summary),
      element("p", { class: "address" }, directionBadge(frame.from), element("code", {}, frame.type)),
      prose(frame.description),
      element("h2", {}, "The frame"),
      schemaView(frame.schema, schemas),
      ...(frame.ack === undefined
        ? frame.from === "client"
          ? [element("p", { class: "muted" }, "Not answered.")]
          : []
        : [element("h2", {}, "Its ack"), schemaView(frame.ack.schema, schemas)]),
      ...(frame.errors.length === 0 ? [] : [element("h2", {}, "Or an error"), errorList(frame.errors)]),
    ),
    element(
      "aside",
      {},
      element("h2", {}, "Example"),
      jsonBlock(frame.example, "An example of the frame"),
      ...(frame.ack === undefined
        ? []
        : [element("h2", {}, "Answer"), jsonBlock(frame.ack.example, "An example of its ack")]),
    ),
  )

export const errorList = (codes: ReadonlyArray<string>): HTMLElement =>
  element(
    "ul",
    { class: "chips" },
    ...codes.map((code) =>
      element("li", {}, element("a", { href: `/docs/errors/${code}` }, element("code", {}, code))),
    ),
  )

/** The first page: what holds everywhere, the limits, the error codes, the close codes. */
import { element } from "./element.ts"
import type { Catalogue } from "./Catalogue.ts"
import { errorList } from "./frameView.ts"
import { prose } from "./prose.ts"

export const overviewView = (catalogue: Catalogue): HTMLElement =>
  element(
    "article",
    { class: "view" },
    element("h1", {}, "Parley API"),
    element(
      "p",
      { class: "counts muted" },
      `${catalogue.routes.length} routes and ${catalogue.frames.length} frames, read from `,
      element("a", { href: "/openapi.json" }, "openapi.json"),
      " and ",
      element("a", { href: "/asyncapi.json" }, "asyncapi.json"),
      ".",
    ),
    prose(catalogue.overview),
    element("h2", {}, "Error codes"),
    errorList(catalogue.codes),
    element("h2", {}, "Limits of this server"),
    table(
      ["Limit", "Value"],
      Object.entries(catalogue.limits).map(([name, value]) => [name, value.toLocaleString("en")]),
      "numbers",
    ),
    element("h2", {}, "Close codes of the stream"),
    table(
      ["Code", "Meaning", "Then"],
      catalogue.closeCodes.map(({ code, meaning, next }) => [
        String(code),
        meaning.replaceAll("`", ""),
        next,
      ]),
      "codes",
    ),
  )

const table = (
  heads: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  kind: string,
): HTMLElement =>
  element(
    "div",
    { class: "table" },
    element(
      "table",
      { class: kind },
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element(
        "tbody",
        {},
        ...rows.map(([first, ...rest]) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, element("code", {}, first!)),
            ...rest.map((cell) => element("td", {}, cell)),
          ),
        ),
      ),
    ),
  )

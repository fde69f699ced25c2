/** One route: what it takes, what it answers, and a form to try it. */
import { element } from "./element.ts"
import type { Answer, Catalogue, Parameter, RouteEntry } from "./Catalogue.ts"
import { jsonBlock } from "./jsonText.ts"
import { methodBadge } from "./methodBadge.ts"
import { inline, prose } from "./prose.ts"
import { schemaView } from "./schemaView.ts"
import { tryRequest } from "./tryRequest.ts"

export const routeView = (route: RouteEntry, { schemas }: Catalogue): HTMLElement =>
  element(
    "article",
    { class: "view two-columns" },
    element(
      "div",
      {},
      element("p", { class: "kicker" }, route.group),
      element("h1", {}, route.summary),
      element("p", { class: "address" }, methodBadge(route.method), element("code", {}, route.path)),
      prose(route.description),
      ...(route.authenticated ? [element("p", { class: "muted" }, "Needs an access token.")] : []),
      ...parametersView(route.parameters, schemas),
      ...(route.body === undefined
        ? []
        : [
            element("h2", {}, "Body"),
            schemaView(route.body.schema, schemas),
            jsonBlock(route.body.example, "An example of the body"),
          ]),
      element("h2", {}, "Answers"),
      ...route.answers.map((answer) => answerView(answer, schemas)),
    ),
    route.path === "/v1/stream"
      ? element(
          "aside",
          { class: "try" },
          element("h2", {}, "Try it"),
          element(
            "p",
            {},
            "An upgrade cannot be asked for from here: fetch a stream token, and dial its url.",
          ),
        )
      : element("aside", {}, tryRequest(route)),
  )

const parametersView = (
  parameters: ReadonlyArray<Parameter>,
  schemas: Catalogue["schemas"],
): ReadonlyArray<HTMLElement> =>
  parameters.length === 0
    ? []
    : [
        element("h2", {}, "Parameters"),
        element(
          "ul",
          { class: "fields" },
          ...parameters.map((parameter) =>
            element(
              "li",
              {},
              element(
                "div",
                { class: "field" },
                element("code", { class: "field-name" }, parameter.name),
                element("span", { class: "field-type" }, parameter.in),
                ...(parameter.required === true ? [] : [element("span", { class: "optional" }, "optional")]),
                schemaView(parameter.schema, schemas),
              ),
              element("p", { class: "field-meaning" }, ...inline(parameter.description ?? "")),
            ),
          ),
        ),
      ]

const answerView = (answer: Answer, schemas: Catalogue["schemas"]): HTMLElement => {
  const { content, description, headers, status } = answer
  const summary = element(
    "summary",
    {},
    element("span", { class: `status status-${status[0]}` }, status),
    element("span", { class: "answer-about" }, ...inline(description.replaceAll("\n\n", " "))),
  )
  const examples = Object.entries(content?.examples ?? {})
  return element(
    "details",
    { class: "answer-card", open: status.startsWith("2") },
    summary,
    ...(content === undefined
      ? [element("p", { class: "muted" }, "No body.")]
      : [
          schemaView(content.schema, schemas),
          ...(content.example === undefined ? [] : [jsonBlock(content.example, "An example")]),
          ...examples.map(([code, { value }]) => jsonBlock(value, `An example of ${code}`)),
        ]),
    element("p", { class: "muted" }, "Headers: ", headers.join(", ")),
  )
}

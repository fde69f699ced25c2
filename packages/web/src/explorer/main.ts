/** The page at /docs: what the API is, route by route and frame by frame, read from the server's own documents. */
import "../look/tokens.css"
import "../look/elements.css"
import "./page.css"
import "./navigation.css"
import "./views.css"
import "./try.css"
import "./code.css"
import { element } from "./element.ts"
import { type Place, readAddress } from "./address.ts"
import { type Catalogue, loadCatalogue } from "./Catalogue.ts"
import { frameView } from "./frameView.ts"
import { navigation } from "./navigation.ts"
import { overviewView } from "./overviewView.ts"
import { prose } from "./prose.ts"
import { routeView } from "./routeView.ts"
import { schemaView } from "./schemaView.ts"
import { tokenBar } from "./tokenBar.ts"

const view = (place: Place, catalogue: Catalogue): HTMLElement => {
  switch (place._tag) {
    case "Overview":
      return overviewView(catalogue)
    case "Route": {
      const route = catalogue.routes.find(({ method, path }) => `${method} ${path}` === place.route)
      return route === undefined ? unknown() : routeView(route, catalogue)
    }
    case "Frame": {
      const frame = catalogue.frames.find(({ from, type }) => from === place.from && type === place.type)
      return frame === undefined ? unknown() : frameView(frame, catalogue)
    }
    case "Schema": {
      const schema = catalogue.schemas[place.name]
      if (schema === undefined) return unknown()
      return element(
        "article",
        { class: "view" },
        element("p", { class: "kicker" }, "Schema"),
        element("h1", {}, place.name),
        prose(schema.description ?? ""),
        schemaView(schema, catalogue.schemas),
      )
    }
  }
}

const unknown = (): HTMLElement =>
  element(
    "article",
    { class: "view" },
    element("h1", {}, "Nothing here"),
    element(
      "p",
      {},
      "This server has nothing of that name. ",
      element("a", { href: "#/" }, "To the overview"),
    ),
  )

const start = async (): Promise<void> => {
  const catalogue = await loadCatalogue()
  const list = navigation(catalogue)
  const content = element("main", { class: "content", tabindex: "-1" })
  const back = element("a", { class: "back", href: "#/list" }, "All routes and frames")
  const page = element(
    "div",
    { class: "explorer" },
    list.element,
    element(
      "div",
      { class: "side" },
      element("header", {}, back, tokenBar(catalogue.developmentLogin)),
      content,
    ),
  )
  const show = (): void => {
    const place = readAddress(location.hash)
    // On a phone the list and what was chosen from it take turns.
    page.classList.toggle("choosing", location.hash === "#/list" || location.hash === "")
    const shown = view(place, catalogue)
    content.replaceChildren(shown)
    content.scrollTop = 0
    document.title = `${shown.querySelector("h1")?.textContent ?? ""} · Parley API`
    list.show(location.hash)
  }
  window.addEventListener("hashchange", () => {
    show()
    content.focus({ preventScroll: true })
  })
  document.querySelector("#explorer")?.replaceChildren(page)
  show()
}

start().catch((failure: unknown) => {
  document
    .querySelector("#explorer")
    ?.replaceChildren(element("p", { class: "view" }, `The documents cannot be read: ${String(failure)}`))
})

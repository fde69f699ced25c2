/**
 * Everything there is, in groups, and a search over it.
 *
 * Always true: a search finds by path, type, name and what the thing is for; every word must occur.
 */
import { element } from "./element.ts"
import { frameAddress, routeAddress, schemaAddress } from "./address.ts"
import type { Catalogue } from "./Catalogue.ts"
import { directionBadge, methodBadge } from "./methodBadge.ts"

interface Item {
  readonly href: string
  readonly words: string
  readonly link: HTMLElement
}

interface Section {
  readonly title: string
  readonly items: ReadonlyArray<Item>
}

export interface Navigation {
  readonly element: HTMLElement
  /** Marks what is shown. */
  readonly show: (hash: string) => void
}

export const navigation = (catalogue: Catalogue): Navigation => {
  const sections = sectionsOf(catalogue)
  const search = element("input", {
    type: "search",
    id: "search",
    placeholder: "Search routes, frames, schemas",
    "aria-label": "Search",
    autocomplete: "off",
    spellcheck: "false",
  })
  const nothing = element("p", { class: "muted nothing", hidden: true }, "Nothing of that name.")
  const shown = sections.map(({ items, title }) => ({
    items,
    element: element(
      "section",
      {},
      element("h2", {}, title),
      element("ul", {}, ...items.map(({ link }) => element("li", {}, link))),
    ),
  }))
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    for (const { element: section, items } of shown) {
      for (const { link, words: found } of items)
        link.parentElement!.hidden = !words.every((word) => found.includes(word))
      section.hidden = items.every(({ link }) => link.parentElement!.hidden)
    }
    nothing.hidden = shown.some(({ element: section }) => !section.hidden)
  })
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
    if (event.key !== "/" || typing) return
    event.preventDefault()
    search.focus()
  })
  return {
    element: element(
      "nav",
      { class: "navigation", "aria-label": "The API" },
      element("a", { class: "home", href: "#/" }, "Parley API"),
      search,
      nothing,
      ...shown.map((section) => section.element),
    ),
    show: (hash) => {
      for (const { href, link } of sections.flatMap(({ items }) => items))
        if (href === hash) {
          link.setAttribute("aria-current", "page")
          link.scrollIntoView({ block: "nearest" })
        } else link.removeAttribute("aria-current")
    },
  }
}

const item = (href: string, words: ReadonlyArray<string>, ...parts: ReadonlyArray<Node | string>): Item => ({
  href,
  words: words.join(" ").toLowerCase(),
  link: element("a", { href }, ...parts),
})

/** A long path goes on in the next line at a slash. */
const breakable = (path: string): ReadonlyArray<Node | string> =>
  path.split("/").flatMap((segment, index) => (index === 0 ? [segment] : ["/", segment, element("wbr")]))

const sectionsOf = ({ frames, groups, routes, schemas }: Catalogue): ReadonlyArray<Section> => [
  ...groups.map(({ name }) => ({
    title: name,
    items: routes
      .filter(({ group }) => group === name)
      .map(({ description, method, path, summary }) =>
        item(
          routeAddress(method, path),
          [method, path, summary, description, name],
          methodBadge(method),
          element("span", { class: "item-name", title: summary }, ...breakable(path.replace("/v1", ""))),
        ),
      ),
  })),
  ...(["client", "server"] as const).map((side) => ({
    title: side === "client" ? "Frames: client to server" : "Frames: server to client",
    items: frames
      .filter(({ from }) => from === side)
      .map(({ description, from, summary, type }) =>
        item(
          frameAddress(from, type),
          [type, summary, description, "frame"],
          directionBadge(from),
          element("span", { class: "item-name", title: summary }, type),
        ),
      ),
  })),
  {
    title: "Schemas",
    items: Object.keys(schemas)
      .sort()
      .map((name) =>
        item(schemaAddress(name), [name, "schema"], element("span", { class: "item-name" }, name)),
      ),
  },
]

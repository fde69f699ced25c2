/** The documents' Markdown as elements: paragraphs, `code`, **strong**, links. Text stays text. */
import { element } from "./element.ts"

export const inline = (text: string): ReadonlyArray<Node | string> =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))/).flatMap((part): Array<Node | string> => {
    if (part.startsWith("`")) return [element("code", {}, part.slice(1, -1))]
    if (part.startsWith("**")) return [element("strong", {}, ...inline(part.slice(2, -2)))]
    const [, label, href] = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part) ?? []
    if (label !== undefined && href !== undefined) return [element("a", { href }, ...inline(label))]
    return part === "" ? [] : [part]
  })

export const prose = (markdown: string): HTMLElement =>
  element(
    "div",
    { class: "prose" },
    ...markdown
      .split(/\n{2,}/)
      .filter((block) => block !== "")
      .map((block) => element("p", {}, ...inline(block))),
  )

/** JSON as it is read best: indented, its strings, numbers and names told apart by colour. */
import { element } from "./element.ts"

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/g

const kindOf = (match: RegExpMatchArray): string =>
  match[2] !== undefined ? "json-name" : match[1] !== undefined ? "json-text" : "json-value"

/** Text that need not be JSON. */
export const codeBlock = (text: string, label: string): HTMLElement => {
  const code = element("code")
  let from = 0
  for (const match of text.matchAll(tokens)) {
    const token = match[1] ?? match[3] ?? ""
    code.append(text.slice(from, match.index), element("span", { class: kindOf(match) }, token))
    from = match.index + token.length
  }
  code.append(text.slice(from))
  return element("pre", { class: "code", tabindex: "0", "aria-label": label }, code)
}

export const jsonBlock = (value: unknown, label: string): HTMLElement =>
  codeBlock(JSON.stringify(value, null, 2), label)

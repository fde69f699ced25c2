/**
 * Making elements. Text goes in as text nodes and attributes by name: nothing that somebody wrote is ever read as markup.
 */

type Attributes = Readonly<Record<string, string | boolean | undefined>>

/** `true` sets an empty attribute; `false` and `undefined` none. */
export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value)
  made.append(...children)
  return made
}

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

/** A button with an icon for those who see and a label for everybody. */
export const iconButton = (
  icon: Node,
  label: string,
  press: () => void,
  className = "icon-button",
): HTMLButtonElement => {
  const button = element(
    "button",
    { type: "button", class: className, "aria-label": label, title: label },
    icon,
  )
  button.addEventListener("click", press)
  return button
}

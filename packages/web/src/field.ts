/** A labelled input of a form, with what is said below it. `id`: the input's. */
import { element } from "./element.ts"

export const field = (
  id: string,
  label: string,
  input: HTMLElement,
  ...more: ReadonlyArray<HTMLElement>
): HTMLElement => element("div", { class: "field" }, element("label", { for: id }, label), input, ...more)

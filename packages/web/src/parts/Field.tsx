/** A labelled input of a form, with what is said below it. `id`: the input's. */
import type { ReactNode } from "react"

interface Props {
  readonly id: string
  readonly label: string
  readonly children: ReactNode
}

export const Field = ({ children, id, label }: Props) => (
  <div className="field">
    <label htmlFor={id}>{label}</label>
    {children}
  </div>
)

/** A coloured disc with initials. The title is always beside it, so it says nothing to those who listen. */
import type { ReactNode } from "react"
import { Icon } from "./Icon.tsx"
import { initials, tintOf } from "./tint.ts"

interface Props {
  /** Whose colour it has. */
  readonly id: string
  readonly title: string
  readonly size?: "small" | "medium" | "large"
  /** A dot at its edge. */
  readonly children?: ReactNode
}

export const Avatar = ({ children, id, size = "medium", title }: Props) => (
  <span className={`avatar avatar-${size} tint-${tintOf(id)}`}>
    <span aria-hidden="true">{initials(title) ?? <Icon name="group" />}</span>
    {children}
  </span>
)

/** What stands in a place that has nothing to show: why, and what can be done. */
import type { ReactNode } from "react"
import { Icon, type IconName } from "./Icon.tsx"

interface Props {
  readonly icon?: IconName
  readonly title?: string
  readonly text: string
  readonly children?: ReactNode
}

export const Blank = ({ children, icon = "speech", text, title }: Props) => (
  <div className="blank">
    <span className="blank-icon">
      <Icon name={icon} />
    </span>
    {title === undefined ? null : <h1 className="blank-title">{title}</h1>}
    <p>{text}</p>
    {children}
  </div>
)

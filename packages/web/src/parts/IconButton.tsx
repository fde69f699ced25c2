/** A button with an icon for those who see and a label for everybody. */
import type { ComponentProps } from "react"
import { Icon, type IconName } from "./Icon.tsx"

interface Props extends Omit<ComponentProps<"button">, "aria-label" | "type"> {
  readonly icon: IconName
  readonly label: string
}

export const IconButton = ({ className = "icon-button", icon, label, ...rest }: Props) => (
  <button type="button" className={className} aria-label={label} title={label} {...rest}>
    <Icon name={icon} />
  </button>
)

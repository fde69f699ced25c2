/**
 * A dialog in the browser's own top layer: it keeps the focus inside and gives it back.
 *
 * Always true: it is open as long as it is on the page; Escape and a press beside it ask to close it. What is marked `data-first`
 * has the focus when it opens, else what comes first.
 */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react"
import { texts } from "../language/language.ts"
import { IconButton } from "../parts/IconButton.tsx"

interface Props {
  readonly title: string
  readonly close: () => void
  readonly children: ReactNode
  readonly className?: string
}

export const Dialog = ({ children, className = "", close, title }: Props) => {
  const titleId = useId()
  return (
    <Modal close={close} labelledBy={titleId}>
      <div className={`card ${className}`}>
        <div className="dialog-head">
          <h2 id={titleId} dir="auto">
            {title}
          </h2>
          <IconButton icon="close" label={texts.close} onClick={close} />
        </div>
        {children}
      </div>
    </Modal>
  )
}

interface ModalProps {
  readonly labelledBy: string
  readonly close: () => void
  readonly role?: "alertdialog"
  readonly children: ReactNode
}

export const Modal = ({ children, close, labelledBy, role }: ModalProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  // Closed while it is still on the page: a dialog that is only taken away does not give the focus back.
  useLayoutEffect(() => {
    const { current } = dialog
    if (current?.open === false) current.showModal()
    current?.querySelector<HTMLElement>("[data-first]")?.focus()
    return () => current?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={labelledBy}
      role={role}
      onCancel={(event) => {
        if (event.target !== dialog.current) return
        event.preventDefault()
        close()
      }}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {children}
    </dialog>
  )
}

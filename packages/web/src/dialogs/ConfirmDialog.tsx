/** Asks before something that cannot be taken back. */
import { useId } from "react"
import { texts } from "../language/language.ts"
import { Modal } from "./Dialog.tsx"

interface Props {
  readonly question: string
  /** What the button that does it says. */
  readonly answer: string
  readonly confirmed: () => void
  readonly close: () => void
}

export const ConfirmDialog = ({ answer, close, confirmed, question }: Props) => {
  const id = useId()
  return (
    <Modal close={close} labelledBy={id} role="alertdialog">
      <div className="card">
        <p id={id}>{question}</p>
        <div className="card-buttons">
          <button type="button" className="button quiet" onClick={close}>
            {texts.cancel}
          </button>
          <button
            type="button"
            className="button dangerous"
            onClick={() => {
              close()
              confirmed()
            }}
          >
            {answer}
          </button>
        </div>
      </div>
    </Modal>
  )
}

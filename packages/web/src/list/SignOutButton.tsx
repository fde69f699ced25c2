/** The way out. Who has written something that is not sent yet is told what becomes of it. */
import { useState } from "react"
import { ConfirmDialog } from "../dialogs/ConfirmDialog.tsx"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { IconButton } from "../parts/IconButton.tsx"

export const SignOutButton = () => {
  const { leave, parley } = useSigned()
  const [asking, setAsking] = useState(false)
  const somethingWaits = (): boolean =>
    parley.conversations.some(({ id }) => (parley.lastMessage(id)?.state ?? "sent") !== "sent")
  return (
    <>
      <IconButton
        icon="leave"
        label={texts.signOut}
        onClick={() => (somethingWaits() ? setAsking(true) : leave())}
      />
      {asking ? (
        <ConfirmDialog
          question={texts.signOutQuestion}
          answer={texts.signOut}
          close={() => setAsking(false)}
          confirmed={() => leave()}
        />
      ) : null}
    </>
  )
}

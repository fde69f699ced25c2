/** The dialog that starts a conversation: with one person, or a group with a name and members. */
import { useState } from "react"
import { go } from "../chat/useAddress.ts"
import { texts } from "../language/language.ts"
import { Dialog } from "./Dialog.tsx"
import { NewDirect } from "./NewDirect.tsx"
import { NewGroup } from "./NewGroup.tsx"

export const NewConversation = ({ close }: { readonly close: () => void }) => {
  const [kind, setKind] = useState<"direct" | "group">("direct")
  const started = (id: string): void => {
    close()
    go(id)
  }
  return (
    <Dialog title={texts.newConversation} close={close}>
      <div className="tabs" role="group" aria-label={texts.withWhom}>
        {(["direct", "group"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
            {one === "direct" ? texts.onePerson : texts.group}
          </button>
        ))}
      </div>
      {kind === "direct" ? <NewDirect started={started} /> : <NewGroup started={started} />}
    </Dialog>
  )
}

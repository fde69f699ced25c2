/** What the person can set for himself: how the page looks and speaks, what others learn, what tells him of messages. */
import type { OwnProfile } from "@parley/client/wire"
import { useEffect, useId, useState } from "react"
import { Dialog } from "../dialogs/Dialog.tsx"
import { choose, languages } from "../language/choice.ts"
import { language, texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { PushSwitch } from "../notifications/PushSwitch.tsx"
import { sentenceOf } from "../parts/problem.ts"
import { appearance, wear } from "./appearance.ts"

type Privacy = Pick<OwnProfile, "send_read_receipts" | "share_last_seen">

export const Settings = ({ close }: { readonly close: () => void }) => {
  const [worn, setWorn] = useState(appearance)
  return (
    <Dialog title={texts.settings} close={close}>
      <div className="details">
        <div className="choice">
          <span id="appearance">{texts.appearance}</span>
          <div className="tabs three" role="group" aria-labelledby="appearance">
            {(["system", "light", "dark"] as const).map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={worn === one}
                onClick={() => {
                  wear(one)
                  setWorn(one)
                }}
              >
                {texts.appearances[one]}
              </button>
            ))}
          </div>
        </div>
        <div className="choice">
          <span id="language">{texts.languageOfPage}</span>
          <div className="tabs" role="group" aria-labelledby="language">
            {languages.map(([code, name]) => (
              <button
                key={code}
                type="button"
                lang={code}
                aria-pressed={language() === code}
                onClick={() => choose(code)}
              >
                {name}
              </button>
            ))}
          </div>
        </div>
        <PrivacySwitches />
        <PushSwitch />
      </div>
    </Dialog>
  )
}

const PrivacySwitches = () => {
  const { parley } = useSigned()
  const [own, setOwn] = useState<Privacy>()
  const [problem, setProblem] = useState("")
  useEffect(() => {
    parley.people.ownProfile().then(setOwn, (error: unknown) => setProblem(sentenceOf(error)))
  }, [parley])
  const change = (next: Partial<Privacy>): void => {
    if (own === undefined) return
    setProblem("")
    setOwn({ ...own, ...next })
    parley.people.updateProfile(next).catch((error: unknown) => {
      setOwn(own)
      setProblem(sentenceOf(error))
    })
  }
  return (
    <>
      <Switch
        label={texts.sendReadReceipts}
        why={texts.sendReadReceiptsWhy}
        on={own?.send_read_receipts}
        turn={(send_read_receipts) => change({ send_read_receipts })}
      />
      <Switch
        label={texts.shareLastSeen}
        why={texts.shareLastSeenWhy}
        on={own?.share_last_seen}
        turn={(share_last_seen) => change({ share_last_seen })}
      />
      <p className="form-error" role="alert">
        {problem}
      </p>
    </>
  )
}

interface SwitchProps {
  readonly label: string
  readonly why: string
  /** `undefined`: not known yet. */
  readonly on: boolean | undefined
  readonly turn: (on: boolean) => void
}

const Switch = ({ label, on, turn, why }: SwitchProps) => {
  const id = useId()
  return (
    <div className="switch-line">
      <div>
        <label htmlFor={id}>{label}</label>
        <p className="hint">{why}</p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={on ?? false}
        disabled={on === undefined}
        onChange={(event) => turn(event.target.checked)}
      />
    </div>
  )
}

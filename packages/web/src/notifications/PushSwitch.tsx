/** The switch for messages while no window is open, and why it cannot be switched where it cannot. */
import { type PushState, disablePush, enablePush, pushState } from "@parley/client/push"
import { useEffect, useId, useState } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { canNotify, register, registered } from "./registration.ts"

export const PushSwitch = () => {
  const { parley } = useSigned()
  const [state, setState] = useState<PushState>()
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const id = useId()
  const follow = async (asked: Promise<PushState>): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      setState(await asked)
    } catch {
      setFailed(true)
    }
    setBusy(false)
  }
  const now = async (): Promise<PushState> => {
    if (!canNotify()) return "unavailable"
    const registration = await registered()
    return registration === undefined ? "off" : pushState(registration)
  }
  const turnOff = async (): Promise<PushState> => {
    const registration = await registered()
    if (registration !== undefined) await disablePush(parley, registration)
    return "off"
  }
  const turnOn = async (): Promise<PushState> => enablePush(parley, await register())
  useEffect(() => {
    void follow(now())
  }, [parley])
  return (
    <div className="switch-line">
      <div>
        <label htmlFor={id}>{texts.notifications}</label>
        <p className="hint" role="status">
          {failed ? texts.notificationsFailed : texts.notificationsWhy[state ?? "off"]}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={state === "on"}
        disabled={busy || (state !== "on" && state !== "off")}
        onChange={() => void follow(state === "on" ? turnOff() : turnOn())}
      />
    </div>
  )
}

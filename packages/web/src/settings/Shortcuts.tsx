/** The keys that the page knows. */
import { Dialog } from "../dialogs/Dialog.tsx"
import { texts } from "../language/language.ts"

const keys: ReadonlyArray<readonly [name: keyof typeof texts.shortcutTexts, keys: ReadonlyArray<string>]> = [
  ["search", ["/"]],
  ["compose", ["N"]],
  ["next", ["Alt", "↓"]],
  ["previous", ["Alt", "↑"]],
  ["edit", ["↑"]],
  ["send", ["Enter"]],
  ["line", ["Shift", "Enter"]],
  ["first", ["Ctrl", "Home"]],
  ["last", ["Ctrl", "End"]],
  ["close", ["Esc"]],
  ["list", ["?"]],
]

export const Shortcuts = ({ close }: { readonly close: () => void }) => (
  <Dialog title={texts.shortcuts} close={close}>
    <dl className="keys">
      {keys.map(([name, pressed]) => (
        <div key={name} className="key-line">
          <dt>
            {pressed.map((one) => (
              <kbd key={one}>{one}</kbd>
            ))}
          </dt>
          <dd>{texts.shortcutTexts[name]}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
)

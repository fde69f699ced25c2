/** What stands here when a part of the page breaks: our mistake, said as such, with the way out. */
import { Component, type ReactNode } from "react"
import { texts } from "../language/language.ts"
import { Blank } from "../parts/Blank.tsx"

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override readonly state = { broken: false }

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true }
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children
    return (
      <main className="conversation" role="alert">
        <Blank icon="failed" title={texts.broken} text={texts.brokenWhy}>
          <button type="button" className="button" onClick={() => location.reload()}>
            {texts.reload}
          </button>
        </Blank>
      </main>
    )
  }
}

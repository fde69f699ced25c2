/** A service whose every method asks first who calls. */
import type * as grpc from "@grpc/grpc-js"
import { accessDenied, statusOf } from "./failures.ts"

type Handler = (call: AnyCall, callback?: Callback) => void
type Callback = (failure: ReturnType<typeof statusOf>) => void
interface AnyCall {
  readonly metadata: grpc.Metadata
  emit(event: "error", failure: ReturnType<typeof statusOf>): boolean
}

export const guarded = (
  allowed: (metadata: grpc.Metadata) => boolean,
  service: Readonly<Record<string, grpc.UntypedHandleCall>>,
): grpc.UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(service).map(([name, method]): [string, grpc.UntypedHandleCall] => {
      const handler = method as unknown as Handler
      const asked: Handler = (call, callback) => {
        if (allowed(call.metadata)) return handler(call, callback)
        const failure = statusOf(accessDenied)
        if (callback === undefined) call.emit("error", failure)
        else callback(failure)
        return undefined
      }
      // grpc-js tells methods with a callback by their definition, not by their length.
      return [name, asked as unknown as grpc.UntypedHandleCall]
    }),
  )

import type { Session } from "./session.ts";
import type { AuditVerifier } from "./audit/findings.ts";
import type { Store } from "./store/store.ts";
import type { ImportEngine } from "./plans/engine.ts";
import type { Processes } from "./store/processes.ts";
import type { Jobs } from "./jobs.ts";
import type { OpenMail } from "./accounts/reset.ts";
import type { AppleAccess } from "./ade/server.ts";

/** Disposing of the request removes the stored body. */
export interface SpooledRequest extends AsyncDisposable {
  readonly request: Request;
}

export interface TenantParts {
  readonly store: Store;
  /** session of the acting account, or of the tenant's owner if no account is used */
  readonly session: Session;
  /** session of the tenant's owner, which covers the whole tenant; for internal housekeeping */
  readonly owner: Session;
  readonly engine: () => Promise<ImportEngine>;
  /** where the request comes from: a network address, or `embedded` for the same process */
  readonly address: string;
  /** stores a file that is uploaded over a socket, so that a slow sender does not block the import thread */
  readonly spool?: ((request: Request, signal: AbortSignal) => Promise<SpooledRequest | undefined>) | undefined;
  readonly processes: Processes;
  readonly verifyAudit: AuditVerifier;
  readonly apple: AppleAccess;
  readonly jobs: () => Promise<Jobs>;
  readonly mail: OpenMail;
  readonly explain: (error: unknown) => unknown;
}

/** The app writes details of the request into `trace`. */
export interface RequestSource {
  readonly address: string;
  readonly id: string;
  /** maximum time for a request whose work does not grow with the number of records, in milliseconds */
  readonly limitMs: number;
  /** aborted when the sender gives up, or the time for the request is over */
  readonly until: AbortController;
  readonly isReceived: () => boolean;
  readonly stopping: AbortSignal;
  readonly trace: { route: string | null; account: string | null; fault?: string | undefined };
  /** ends the connection of a response that has begun and cannot be completed */
  readonly breakOff: () => void;
}

/** Open routes get the tenant only to sign in. @throws Failure if not signed in */
export type PartsResolver = (
  request: { readonly headers: Pick<Headers, "get"> },
  isOpen: boolean,
  from: RequestSource | undefined,
) => TenantParts | Promise<TenantParts>;

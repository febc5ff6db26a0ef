import type { Operator } from "../ledger/actor.ts";
import type { Session } from "../ledger/session.ts";
import type { AuditFindings, AuditVerificationOptions } from "../ledger/audit-verify.ts";
import type { ImportEngine } from "../plans/engine.ts";
import type { Store } from "../store/store.ts";
import type { Processes } from "../store/ids.ts";
import type { OpenMail } from "./account-reset.ts";
import type { AppleAccess } from "./ade-server.ts";

export interface TenantParts {
  readonly store: Store;
  readonly engine: () => Promise<ImportEngine>;
  readonly verifyAudit: (question: AuditVerificationOptions, signal: AbortSignal | undefined) => Promise<AuditFindings>;
  readonly explain: (error: unknown) => unknown;
  readonly session: Session;
  readonly owner: Session;
  readonly sender: Sender;
  /** stores an uploaded file, so that a slow sender does not block the import thread */
  readonly spool?:
    | ((request: Request, signal: AbortSignal) => Promise<(AsyncDisposable & { request: Request }) | undefined>)
    | undefined;
  readonly processes: Processes;
  readonly apple: AppleAccess;
  /** starts work that continues after the response; the signal ends it when the tenant is closed */
  readonly startJob: (work: (signal: AbortSignal) => Promise<void>) => void;
  readonly mail: OpenMail;
}

export interface RequestSource {
  readonly address: string;
  /** the name of a tenant that does not exist, for which an empty one answers */
  readonly missing?: string | undefined;
  /** who signed in with the server's provider, instead of an account of the tenant */
  readonly operator?: Operator | undefined;
  readonly id: string;
  readonly limitMs: number;
  readonly until: AbortController;
  readonly isReceived: () => boolean;
  readonly stopping: AbortSignal;
  readonly trace: {
    tenant?: string | undefined;
    route: string | null;
    account: string | null;
    fault?: string | undefined;
  };
  readonly breakOff: () => void;
}

/** Whose attempts to sign in are counted together. */
export type Sender = Pick<RequestSource, "address" | "missing">;

/** An open route gets the tenant only to sign people in. @throws Failure if not signed in */
export type PartsResolver = (
  authorization: string | null,
  isOpen: boolean,
  from: RequestSource | undefined,
) => TenantParts | Promise<TenantParts>;

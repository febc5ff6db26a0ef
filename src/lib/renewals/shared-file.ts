import type { CheckItem } from "./expiry-status.ts";

type FileItem = Pick<CheckItem, "kind" | "topic" | "fingerprint">;

/** Kinds whose file belongs to one tenant. Other certificates may be used by several. @see facts 3.4, 3.5 */
const KINDS: readonly CheckItem["kind"][] = ["push-certificate", "ade-token", "vpp-token"];

/** Returns what is equal for one certificate or token that is recorded in several tenants; undefined if unknown. */
export const findFileKey = ({ kind, topic, fingerprint }: FileItem): string | undefined =>
  KINDS.includes(kind) && (topic ?? fingerprint) !== null ? `${kind} ${topic ?? fingerprint}` : undefined;

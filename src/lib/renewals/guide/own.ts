import type { RenewalItem } from "../../model/renewal.ts";

export interface AdeState {
  readonly mirror: boolean;
  readonly server: { readonly name: string } | null;
  /** `renewal` is the ID of the renewal item for this token */
  readonly token: { readonly expiresAt: string; readonly renewal: string | null } | null;
}

/** `server` is the name of the MDM server; null if unknown. */
export interface OwnToken {
  readonly server: string | null;
}

/** Returns undefined if the item is another token. Server names are not unique. @param item null for any ADE token */
export function findOwnToken(
  { mirror, server, token }: AdeState,
  item: Pick<RenewalItem, "id" | "expiresAt"> | null,
): OwnToken | undefined {
  if (token === null || mirror) return undefined;
  const isSame =
    item === null ||
    item.id === token.renewal ||
    (item.expiresAt !== null && Date.parse(item.expiresAt) === Date.parse(token.expiresAt));
  return isSame ? { server: server?.name ?? null } : undefined;
}

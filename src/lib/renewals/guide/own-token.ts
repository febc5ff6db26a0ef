import type { RenewalItem } from "../../model/renewal.ts";

export interface AdeState {
  readonly mirror: boolean;
  readonly server: { readonly name: string } | null;
  /** `renewal` is the ID of the token's renewal item */
  readonly token: { readonly expiresAt: string; readonly renewal: string | null } | null;
}

export interface OwnToken {
  readonly server: string | null;
}

/** Returns undefined if the item is not the tenant's token. @param item null for any ADE token */
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

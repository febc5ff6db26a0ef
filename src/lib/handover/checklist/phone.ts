import type { Renewal } from "./facts.ts";

/** The phone that receives the 2-factor code of an account: its number, and who holds it or where it is. */
export type Phone = Pick<Renewal, "phone" | "phoneHolder">;

const digitsOf = (phone: string): string => phone.normalize("NFKC").replaceAll(/\D/g, "");

/** Whether two records of an account's phone can be of one phone: the same number, or not a number in both. */
const isSamePhone = ({ phone: one }: Phone, { phone: other }: Phone): boolean =>
  one === null || other === null || digitsOf(one) === digitsOf(other);

/** Returns the phone of an account, completed by another record of that account's phone. The number of one phone is never paired with the holder of another. */
export const completePhone = (phone: Phone, other: Phone): Phone =>
  isSamePhone(phone, other)
    ? { phone: phone.phone ?? other.phone, phoneHolder: phone.phoneHolder ?? other.phoneHolder }
    : { phone: phone.phone, phoneHolder: phone.phoneHolder };

/** Returns the renewals of one account that have the number and the holder of its phone; the holder is that of the number. */
export function phoneIn<T extends Phone>(
  renewals: readonly T[],
): { readonly numberIn: T | undefined; readonly holderIn: T | undefined } {
  const numbered = renewals.filter(({ phone }) => phone !== null);
  const numberIn = numbered.find(({ phoneHolder }) => phoneHolder !== null) ?? numbered[0];
  if (numberIn !== undefined && numberIn.phoneHolder !== null) return { numberIn, holderIn: numberIn };
  const held = renewals.filter(({ phoneHolder }) => phoneHolder !== null);
  return { numberIn, holderIn: numberIn === undefined ? held[0] : held.find((one) => isSamePhone(numberIn, one)) };
}

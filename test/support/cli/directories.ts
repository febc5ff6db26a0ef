/** Exports of directories, made from their documentation. Everybody in them is invented. */
export interface DirectoryExport {
  /** ID of the built-in layout */
  readonly layout: string;
  /** the file of people with these numbers, as the service writes it */
  readonly build: (from: number, to: number, more?: readonly string[]) => string;
  /** a row with these values, whose other cells are blank */
  readonly row: (values: Readonly<Record<string, string>>) => string;
}

const defineExport = (
  layout: string,
  headerRow: string,
  { mark = "", newline }: { readonly mark?: string; readonly newline: string },
  person: (n: number) => Readonly<Record<string, string>>,
): DirectoryExport => {
  const headers = headerRow.split(/,\s*/);
  const row: DirectoryExport["row"] = (values) => headers.map((header) => values[header] ?? "").join(",");
  const build: DirectoryExport["build"] = (from, to, more = []) => {
    const people = Array.from({ length: to - from }, (_, at) => row(person(from + at)));
    return mark + [headers.join(","), ...people, ...more].map((line) => line + newline).join("");
  };
  return { layout, build, row };
};

const FAMILY = ["山田", "佐藤", "髙橋"];
const ORGS = ["営業部", "総務部"];

const pick = (words: readonly string[], n: number): string => words[n % words.length] ?? "";

const entraPerson = (n: number) => ({
  userPrincipalName: `user${n}@example.com`,
  displayName: `${pick(FAMILY, n)} ${n}`,
  surname: pick(FAMILY, n),
  mail: `user${n}@example.jp`,
  userType: "Member",
  jobTitle: "課長",
  department: pick(ORGS, n),
  accountEnabled: "True",
  telephoneNumber: `03-0000-${String(n).padStart(4, "0")}`,
});

const BOM_CRLF = { mark: "\u{feff}", newline: "\r\n" };

/** @see https://learn.microsoft.com/entra/identity/users/users-bulk-download */
export const ENTRA_DOCUMENTED = defineExport(
  "entra-id",
  `userPrincipalName, displayName, surname, mail, givenName, objectId, userType, jobTitle, department,
   accountEnabled, usageLocation, streetAddress, state, country, physicalDeliveryOfficeName, city, postalCode,
   telephoneNumber, mobile, authenticationAlternativePhoneNumber, authenticationEmail, alternateEmailAddress,
   ageGroup, consentProvidedForMinor, legalAgeGroupClassification`,
  BOM_CRLF,
  entraPerson,
);

/** With the columns of exports published since 2021, and one that is not known yet. */
export const ENTRA_NEWER = defineExport(
  "entra-id",
  `userPrincipalName, displayName, surname, mail, givenName, id, userType, jobTitle, department, accountEnabled,
   usageLocation, streetAddress, state, country, officeLocation, city, postalCode, telephoneNumber, mobilePhone,
   alternateEmailAddress, ageGroup, consentProvidedForMinor, legalAgeGroupClassification, companyName,
   creationType, directorySynced, invitationState, identityIssuer, createdDateTime, newColumn`,
  BOM_CRLF,
  entraPerson,
);

/** Stands in the column of passwords, and must not be found anywhere. */
export const PASSWORD = "InventedSecret1";

/** @see https://support.google.com/a/answer/40057 */
export const GOOGLE = defineExport(
  "google-workspace",
  `First Name [Required], Last Name [Required], Email Address [Required], Password [Required],
   Password Hash Function [UPLOAD ONLY], Org Unit Path [Required], New Primary Email [UPLOAD ONLY],
   Status [READ ONLY], Last Sign In [READ ONLY], Recovery Email, Home Secondary Email, Work Secondary Email,
   Recovery Phone [MUST BE IN THE E.164 FORMAT], Work Phone, Home Phone, Mobile Phone, Work Address, Home Address,
   Employee ID, Employee Type, Employee Title, Manager Email, Department, Cost Center, 2sv Enrolled [READ ONLY],
   2sv Enforced [READ ONLY], Building ID, Floor Name, Floor Section, Change Password at Next Sign-In,
   New Status [UPLOAD ONLY]`,
  { newline: "\n" },
  (n) => ({
    "First Name [Required]": String(n),
    "Last Name [Required]": pick(FAMILY, n),
    "Email Address [Required]": `user${n}@example.jp`,
    "Password [Required]": PASSWORD,
    "Org Unit Path [Required]": `/本社/${pick(ORGS, n)}`,
    "Status [READ ONLY]": "Active",
    "Recovery Email": `private${n}@example.com`,
    "Work Phone": "+81 0-0000-0000",
    "Employee ID": `E${n}`,
    "Employee Title": "課長",
    Department: "営業部",
  }),
);

/** SQL: true if an import created the record. @param pk SQL of its number */
export const isMade = (pk: string): string => `(${pk} > :madeAfter and ${pk} <= :madeUpTo)`;

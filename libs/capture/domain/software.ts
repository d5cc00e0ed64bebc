/** Name and version of this engine, as every manifest states them. Raised with each change of what is recorded or how. */
export const SOFTWARE = 'net-market-supervision capture';
export const VERSION = '0.1.0';

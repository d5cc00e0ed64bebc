import { randomInt } from 'node:crypto';

const BODY = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const CODE = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Check character of an organisation code (GB 11714): weights 3 7 9 10 5 8 4 2, modulo 11. */
function organisationCheck(body) {
  const sum = [...body].reduce((total, c, i) => total + BODY.indexOf(c) * [3, 7, 9, 10, 5, 8, 4, 2][i], 0);
  const rest = 11 - (sum % 11);
  return rest === 10 ? 'X' : rest === 11 ? '0' : String(rest);
}

/** Check character of a unified social credit code (GB 32100): weights are the powers of 3, modulo 31. */
export function withCheck(first17) {
  const sum = [...first17].reduce((total, c, i) => total + CODE.indexOf(c) * (3 ** i % 31), 0);
  return first17 + CODE[(31 - (sum % 31)) % 31];
}

/** An invented merchant of its own for each run, so that the demonstration can be repeated on one system. */
export function inventedMerchant() {
  const number = String(randomInt(10_000, 99_999));
  const body = `MA0${number}`;
  const uscc = withCheck(`91141122${body}${organisationCheck(body)}`);
  return {
    uscc,
    wrongUscc: uscc.slice(0, 17) + (uscc[17] === '1' ? '2' : '1'),
    name: `养元坊示例健康用品有限公司${number}`,
    host: `demo-${number}.test`,
    address: `山西省吕梁市交城县示例东街 ${number} 号`,
    phone: '0358-0000010',
  };
}

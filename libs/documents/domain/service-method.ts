import { type LawCitation, law } from '../../kernel';

export interface ServiceMethod {
  key: string;
  zh: string;
  basis: LawCitation;
  /** What the receipt must name besides place and day. */
  needs: readonly ('receiver' | 'refused' | 'witnessOrMedia' | 'agreement')[];
}

/** The seven ways of service. Electronic service needs the party's signed confirmation of address. */
export const SERVICE_METHODS: readonly ServiceMethod[] = [
  { key: 'direct', zh: '直接送达', basis: law('程序规定', '82'), needs: ['receiver'] },
  { key: 'left', zh: '留置送达', basis: law('程序规定', '82'), needs: ['refused', 'witnessOrMedia'] },
  { key: 'electronic', zh: '电子送达', basis: law('程序规定', '82'), needs: ['agreement'] },
  { key: 'post', zh: '邮寄送达', basis: law('程序规定', '82'), needs: ['receiver'] },
  { key: 'entrusted', zh: '委托送达', basis: law('程序规定', '82'), needs: ['receiver'] },
  { key: 'forwarded', zh: '转交送达', basis: law('程序规定', '82'), needs: ['receiver'] },
  { key: 'announced', zh: '公告送达', basis: law('程序规定', '82'), needs: [] },
];

export type ServiceMethodKey = 'direct' | 'left' | 'electronic' | 'post' | 'entrusted' | 'forwarded' | 'announced';

export const SERVICE_METHOD_KEYS = SERVICE_METHODS.map((method) => method.key) as ServiceMethodKey[];

export interface ServiceRecord {
  method: ServiceMethodKey;
  to: string;
  where: string;
  /** When it was served; for electronic service the moment of arrival in the named system. */
  at: Date;
  receiver?: string;
  refused?: string;
  witness?: string;
  media?: readonly string[];
  /** The signed address confirmation (form 10) that allows electronic service. */
  agreement?: string;
}

/** What the way of service demands and the record lacks, by field name; empty when the service stands. */
export function serviceGaps(record: ServiceRecord): string[] {
  const method = SERVICE_METHODS.find(({ key }) => key === record.method);
  if (!method) return ['method'];
  return method.needs.filter((need) =>
    need === 'witnessOrMedia' ? !record.witness?.trim() && !record.media?.length : !record[need]?.trim(),
  );
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { localDate } from '../../kernel';
import { type DocumentActor, DocumentReader, DocumentsService } from '../../documents';
import { rulesOf } from '../domain/order';
import { GROUND_ZH, SCOPE_ADVICE_ZH, SCOPE_ZH } from '../domain/words';
import type { OrderRow } from '../store/order.entity';
import { type PaperContent, Papers, type ReceiptContent, type Signer } from './outside';

/**
 * Orders' papers in the documents room. The order's own state table has decided who may act, so the acting person is given exactly the
 * one right that the document asks for; names, numbers and the second factor stay the documents room's own checks.
 */
@Injectable()
export class DocumentPapers extends Papers {
  constructor(
    private readonly documents: DocumentsService,
    private readonly reader: DocumentReader,
  ) {
    super();
  }

  async approve(
    tx: EntityManager,
    content: PaperContent,
    submitter: { id: string; name: string },
    approver: Signer,
  ): Promise<{ documentId: string; number: string }> {
    const { order } = content;
    const drafted = await this.documents.draft(tx, {
      form: rulesOf(order.kind).form,
      ref: { kind: 'order', id: order.id },
      caseId: order.caseId,
      division: order.divisionCode,
      data: dataOf(content),
      officer: { id: submitter.id },
    });
    await this.documents.submit(tx, drafted.id, actor({ ...submitter, secondFactorAt: null }, 'document:draft'));
    const approved = await this.documents.approve(tx, drafted.id, actor(approver, 'document:approve'));
    return { documentId: drafted.id, number: approved.number! };
  }

  async seal(tx: EntityManager, documentId: string, by: Signer): Promise<{ sha256: string }> {
    await this.documents.seal(tx, documentId, actor(by, 'document:seal'));
    const { sha256 } = await this.reader.file(tx, documentId);
    return { sha256: sha256! };
  }

  async pdf(tx: EntityManager, documentId: string): Promise<Buffer> {
    return (await this.reader.file(tx, documentId)).bytes;
  }

  async void(tx: EntityManager, documentId: string, by: Signer, reason: string): Promise<void> {
    await this.documents.void(tx, documentId, actor(by, 'document:void'), reason);
  }

  async receipt(tx: EntityManager, order: OrderRow, said: ReceiptContent): Promise<string> {
    const form = rulesOf(order.kind).receiptForm;
    const system = actor({ id: 'system:orders', name: said.by, secondFactorAt: null }, 'document:draft');
    const doneAt = said.doneAt.toISOString();
    const reason = said.notDone ?? undefined;
    const data =
      form === 'X3R'
        ? { ref: order.number, accepted: said.accepted, doneAt, proof: said.how, reason }
        : { ref: order.number, receivedAt: said.receivedAt.toISOString(), doneAt, how: said.how, notDone: reason, by: said.by };
    const request = {
      form,
      ref: { kind: 'order' as const, id: order.id },
      caseId: order.caseId,
      division: order.divisionCode,
      data: present(data),
      officer: null,
    };
    const drafted = await this.documents.draft(tx, request);
    await this.documents.finish(tx, drafted.id, system);
    return drafted.id;
  }
}

const actor = ({ id, name, secondFactorAt }: Signer, permission: string): DocumentActor => ({
  id,
  name,
  secondFactorAt,
  permissions: [permission],
});

/** Fields of X1, X2 or X3 as `libs/documents` names them. */
function dataOf(content: PaperContent): Record<string, unknown> {
  const { order, lifts, basis, caseFile, outlets, addresses } = content;
  const remedyText = [order.remedyOperator, order.remedyMerchant].filter(Boolean).join('');
  const executeBy = order.executeBy!.toISOString();
  const targets = outlets.map(({ siteName, domain, ip, icpNo, isp }, at) =>
    present({ name: siteName, domain, url: addresses[at]!.url, ip, icpNo, accessProvider: isp }),
  );
  switch (order.kind) {
    case 'suspension':
      return present({
        to: order.operatorName, caseNo: caseFile.number, target: targets, scope: [SCOPE_ZH[order.scope!]], reason: order.reasons, basis,
        from: executeBy, until: `至${dayZh(order.until!)}止`, preserve: order.preserve.length ? order.preserve : undefined, feedback: executeBy, remedyText,
      }); // prettier-ignore
    case 'closure':
      return present({
        to: order.operatorName, decision: decisionOf(content), target: targets.length === 1 ? targets[0] : joined(targets), advice: [SCOPE_ADVICE_ZH[order.scope!]],
        reason: order.reasons, basis, reply: localDate(order.executeBy!), attach: [`行政处罚决定书（${caseFile.decision!.number}）副本`], remedyText,
      }); // prettier-ignore
    case 'restoration':
      return present({
        ref: lifts,
        to: order.operatorName,
        reason: order.ground ? GROUND_ZH[order.ground] : order.reasons,
        effective: executeBy,
        remedyText,
      });
  }
}

function decisionOf({ caseFile }: PaperContent): string {
  const { number, servedOn } = caseFile.decision!;
  return servedOn ? `${number}，${dayZh(localDate(new Date(servedOn)))}送达` : number;
}

/** X3 has room for one site: several stand in it one after the other. */
function joined(targets: readonly Record<string, unknown>[]): Record<string, string> {
  const keys = [...new Set(targets.flatMap((target) => Object.keys(target)))];
  return Object.fromEntries(
    keys.map((key) => [key, targets.flatMap((target) => (typeof target[key] === 'string' ? [target[key]] : [])).join('、')]),
  );
}

const dayZh = (day: string) => day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, '$1年$2月$3日');
const present = (data: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null));

import { ArrayInput, NumberInput, SelectInput, SimpleFormIterator, TextInput, required } from 'react-admin';
import { CitationsInput } from './CitationsInput';

/** Kinds of 行政处罚法 art. 9 in the words of the decision. They are sent and printed in Chinese whatever the screen speaks. */
const kinds = [
  '警告',
  '通报批评',
  '罚款',
  '没收违法所得',
  '没收非法财物',
  '暂扣许可证件',
  '降低资质等级',
  '吊销许可证件',
  '限制开展生产经营活动',
  '责令停产停业',
  '责令关闭',
  '限制从业',
  '其他',
];
const choices = kinds.map((id) => ({ id, name: id }));

const toFen = (text: string) => (text === '' ? null : Math.round(Number(text) * 100));
const toYuan = (fen: number | null | undefined) => (fen === null || fen === undefined ? '' : fen / 100);

export const PenaltiesInput = ({ source, label }: { source: string; label: string }) => (
  <ArrayInput source={source} label={label} validate={required()}>
    <SimpleFormIterator disableReordering>
      <SelectInput
        source="kind"
        label="field.penaltyKind"
        choices={choices}
        translateChoice={false}
        validate={required()}
        helperText={false}
      />
      <TextInput source="content" label="field.penaltyContent" multiline validate={required()} helperText={false} />
      <NumberInput source="amountFen" label="field.amountFen" parse={toFen} format={toYuan} helperText={false} />
      <CitationsInput source="basis" label="field.penaltyBasis" must />
    </SimpleFormIterator>
  </ArrayInput>
);

"""kept by staff: history, proposals, notes, alerts, who verified what, what origins said last"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def _of_record(name, *columns):
    op.create_table(
        name,
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('record_id', sa.String(length=200), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index(f'ix_{name}_record', name, ['kind', 'record_id'])


def upgrade() -> None:
    # What these said stands in `base` now. Not in batch mode: that copies the table, and its services go with the old one.
    for column in ('digest', 'origin', 'edited_on'):
        op.drop_column('organization', column)
    op.add_column('service', sa.Column('email', sa.String(length=200), nullable=True))
    op.add_column('service', sa.Column('website', sa.String(length=500), nullable=True))
    op.add_column('provenance', sa.Column('verified_by', sa.String(length=120), nullable=True))
    op.add_column('provenance', sa.Column('verified_how', sa.String(length=20), nullable=True))
    op.create_table(
        'alert',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('owner_type', sa.String(length=20), nullable=False),
        sa.Column('owner_id', sa.String(length=200), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('until', sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_alert_owner', 'alert', ['owner_type', 'owner_id'])
    _of_record(
        'change',
        sa.Column('at', sa.String(length=32), nullable=False),
        sa.Column('actor', sa.String(length=120), nullable=False),
        sa.Column('how', sa.String(length=20), nullable=False),
        sa.Column('field', sa.String(length=40), nullable=False),
        sa.Column('before', sa.Text(), nullable=False),
        sa.Column('after', sa.Text(), nullable=False),
    )
    _of_record(
        'base',
        sa.Column('origin', sa.String(length=60), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
    )
    op.create_index('ix_base_origin', 'base', ['origin'])
    _of_record(
        'withdrawn',
        sa.Column('field', sa.String(length=40), nullable=False),
        sa.Column('value', sa.Text(), nullable=False),
    )
    _of_record(
        'proposal',
        sa.Column('at', sa.String(length=32), nullable=False),
        sa.Column('origin', sa.String(length=60), nullable=False),
        sa.Column('field', sa.String(length=40), nullable=False),
        sa.Column('value', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('closed_at', sa.String(length=32), nullable=True),
        sa.Column('closed_by', sa.String(length=120), nullable=True),
    )
    op.create_index('ix_proposal_state', 'proposal', ['state'])
    _of_record(
        'note',
        sa.Column('at', sa.String(length=32), nullable=False),
        sa.Column('actor', sa.String(length=120), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
    )
    _of_record('touched', sa.Column('revision', sa.Integer(), nullable=False))
    op.create_index('ix_touched_revision', 'touched', ['revision'])


def downgrade() -> None:
    for table in ('touched', 'note', 'proposal', 'withdrawn', 'base', 'change', 'alert'):
        op.drop_table(table)
    for column in ('verified_how', 'verified_by'):
        op.drop_column('provenance', column)
    for column in ('website', 'email'):
        op.drop_column('service', column)
    op.add_column('organization', sa.Column('digest', sa.String(length=64), nullable=False, server_default=''))
    op.add_column('organization', sa.Column('origin', sa.String(length=20), nullable=False, server_default='starter'))
    op.add_column('organization', sa.Column('edited_on', sa.String(length=32), nullable=True))

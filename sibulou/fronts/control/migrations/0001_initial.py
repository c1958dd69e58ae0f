import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('roster', '0002_access'),
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('area_id', models.BigIntegerField(db_index=True)),
                ('role', models.CharField(max_length=40)),
                ('number', models.CharField(blank=True, max_length=40)),
                ('text', models.TextField()),
                ('done_when', models.CharField(blank=True, max_length=200)),
                ('due_at', models.DateTimeField(null=True)),
                ('sent_by_name', models.CharField(blank=True, max_length=80)),
                ('sent_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'sent_order',
            },
        ),
        migrations.CreateModel(
            name='Addressee',
            fields=[
                ('record', models.UUIDField(primary_key=True, serialize=False)),
                ('area_id', models.BigIntegerField()),
                ('role', models.CharField(max_length=40)),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.subject')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addressees', to='control.order')),
            ],
            options={
                'db_table': 'order_addressee',
            },
        ),
    ]
